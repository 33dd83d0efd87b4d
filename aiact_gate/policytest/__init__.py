"""`policy test`: the examples of policies, the mutants that they notice, the parts that they reach."""
