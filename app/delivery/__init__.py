"""From a journal line to the people it is told to. One file a channel; none of them knows an action."""
