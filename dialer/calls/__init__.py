"""What a call is: numbers, requests, outcomes, the journal. No Qt, no HTTP."""
