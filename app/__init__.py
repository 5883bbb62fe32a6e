"""The business of Atrium, without HTTP.

tables (what is possible): permissions, flows, notices, settings, kinds
verbs (what is done):      actions, journal, queue, jobs
reads (what is seen):      policy, queries
effects (who is told):     delivery
composition:               factory, config, extensions, security, cli
"""
