"""What the server keeps: purchases, decisions about people, and the database that holds both.

The rules about when to buy are in `purchases`, and the contents of a list are decided in
`shortlist`; nothing here calls the API or knows MCP.
"""
