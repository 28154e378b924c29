"""The log on stderr and the export of spans.

Neither contains search terms or candidates. Spans are created in `api` and `server`, with the
requests.
"""
