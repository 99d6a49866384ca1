"""The prelude: what of latchd runs inside the interpreter, beside the program."""
