"""A provider on loopback that behaves by the wire contract. Shares no code with the client."""
