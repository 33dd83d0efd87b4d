"""`python -m aiact_gate`."""

from aiact_gate.cli import run

if __name__ == "__main__":
    run()
