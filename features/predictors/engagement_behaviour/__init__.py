"""What the patient has done so far: earlier work, attendance, barriers reported."""
