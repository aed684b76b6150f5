"""How gunicorn serves the site. The variable GUNICORN_CMD_ARGS overrides these settings."""

import os

bind = f"0.0.0.0:{os.getenv('PORT', '8000')}"
workers = int(os.getenv("WEB_CONCURRENCY", "2"))
threads = int(os.getenv("WEB_THREADS", "4"))
worker_class = "gthread"
keepalive = 5
