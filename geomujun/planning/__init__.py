"""What to do next: simulation of policy, remediation plans, leaders, monitoring, measures."""
