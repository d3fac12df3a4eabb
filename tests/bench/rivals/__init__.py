"""The plainest consumers of other frameworks that do the floor's work, each as its documentation begins.

Each is a program of its own: one handler that validates, stores one row, publishes an answer with confirm and lets
its framework acknowledge the delivery. Nothing is done in batches. The addresses come from the environment.
"""
