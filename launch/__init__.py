"""Sets up, starts, watches and checks the project; nothing is installed yet when it runs, so standard library only."""
