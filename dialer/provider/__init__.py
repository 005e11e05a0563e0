"""The provider's Invoke Phone API over HTTPS. No Qt, no SQLite."""
