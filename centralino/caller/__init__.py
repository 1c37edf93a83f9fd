"""A scripted party at the far end of a real call: a caller, or an agent's phone.

Used by `centralino call`, the demo and the tests, always in a process of its own: what it hears and
says is sound over RTP, and it knows nothing else of us.
"""
