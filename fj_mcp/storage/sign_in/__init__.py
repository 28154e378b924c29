"""Who may use the server over HTTP after signing in: clients, grants, tokens and browsers.

Tokens, codes, cookies and client secrets are stored as digests, FutureJobs keys sealed.
"""
