"""How clients reach the server: stdio and HTTP.

Bytes in, messages out, and how a process starts and ends. What a message means is decided in
`server`.
"""
