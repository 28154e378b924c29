"""What this process says about itself: the log on stderr, and where spans go.

Never what somebody searched for or who was found. Spans of requests are made where the requests
are, in `api` and `server`.
"""
