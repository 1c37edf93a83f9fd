"""The process between agents' browsers (WebRTC) and the house's SIP."""
