"""A carrier that reaches nobody: real SIP and RTP on loopback, for exercises and measurements."""
