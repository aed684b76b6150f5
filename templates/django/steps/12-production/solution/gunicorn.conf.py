"""The settings of the server. The variable GUNICORN_CMD_ARGS overrides them."""

bind = "0.0.0.0:8000"  # every address of the container
workers = 2
threads = 4
control_socket_disable = True
