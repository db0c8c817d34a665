"""Places and hours: pure geometry and schedules that know nothing of devices."""
