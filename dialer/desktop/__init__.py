"""What the operating system lends the program."""
