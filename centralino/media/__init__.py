"""The media process: SIP stack, frames, conversations, and the legs of agents."""
