"""What is set and where it is kept: profiles, credentials, folders, the log. No Qt."""
