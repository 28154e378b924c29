"""The workspace of one FutureJobs key: client, ledger, sessions and shortlists.

Opened once per key and passed to `purchases` and `server`, which work with it.
"""
