"""How clients reach the server: stdio and HTTP.

Reading and writing messages, and the start and end of the process. The messages themselves are
handled in `server`.
"""
