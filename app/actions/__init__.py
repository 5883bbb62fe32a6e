"""All writes, one file a subject. A function is named like the button, takes the actor first, and is one transaction:
load → may → valid → change → journal."""
