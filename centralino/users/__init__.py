"""Users, what they may, and how they prove who they are. No HTTP here."""
