"""How good are the alerts? Lives with known truth, judged by the engine and by what others do."""
