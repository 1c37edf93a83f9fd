"""The drivers of `telephony.ports.CallControl`, one file each, held to one conformance suite.

- `memory`: an in-process exchange; for unit tests and `talk`.
- `sip_baresip`: SIP and RTP by baresip; the default.
- `sip_pjsua2`: its place; not written yet. The suite in tests/integration/telephony/drivers is
  what it must pass.
"""
