"""A broker in the box: NATS with MQTT 3.1.1, run as a supervised child process on loopback."""
