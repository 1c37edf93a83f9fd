"""The control process: acd, users, content, history, pages."""
