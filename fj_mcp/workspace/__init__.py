"""What one FutureJobs key works with: its client, ledger, sessions and shortlists.

Opened once for each key and handed to everything above. What is done with it is in `purchases`
and `server`.
"""
