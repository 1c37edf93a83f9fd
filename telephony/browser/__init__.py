"""An agent's browser as a telephone: its sound by WebRTC, and how such a telephone stands."""
