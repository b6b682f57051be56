"""Stand-ins for outside systems, each in its own process, for demonstrations and contract tests.

They know nothing of Todoke: what they know is the interface of the system they stand in for.
"""
