"""The public SIP port: proxy (RFC 3261 §16) and registrar (§10). A pure core and a shell.

Rule 1: a call is known by its Call-ID, a transaction is not kept. Whoever sent a request repeats
it; the repeat takes the same way under the same branch, because both are computed from it.

Rule 2: what a dialog needs to find its way is in the Record-Route that we give it, so an edge that
was restarted routes it as before. The table of calls only counts, and helps peers that ignore
Record-Route.

Rule 3: nobody outside decides where a message goes: from outside only a media process can be
reached, and only a media process (known by its address) may reach anything else.

See docs/decisions/0002-sip-stack-and-edge.md.
"""
