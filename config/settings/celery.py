"""Celery rings workers' bells; what must run stands in PostgreSQL (``tenants.jobs``)."""

from typing import Final

from config import env

CELERY_BROKER_URL = env.redis_url()
CELERY_TASK_IGNORE_RESULT: Final = True  # no result backend: results are rows
CELERY_TASK_SERIALIZER: Final = "json"
CELERY_ACCEPT_CONTENT: Final = ["json"]
CELERY_TIMEZONE: Final = "UTC"

#: The queues of jobs. A worker serves those that it is given with ``-Q``.
JOB_QUEUES: Final = ("default", "forecast", "integration", "nonlinear", "solver")
#: Queues of which no more jobs than this run at once, over all workers together: what takes
#: seconds leaves the other processes to what takes parts of one.
JOB_MOST_RUNNING = {"nonlinear": env.whole_number("LOADSTAR_NONLINEAR_JOBS", default=1)}
CELERY_TASK_DEFAULT_QUEUE: Final = "default"
CELERY_TASK_ROUTES: Final = {
    "tenants.*": {"queue": "default"},
    "assets.*": {"queue": "default"},
    "forecasting.*": {"queue": "default"},
    "integrations.*": {"queue": "default"},
}  # a bell names its own queue

CELERY_TASK_ACKS_LATE: Final = True
CELERY_TASK_REJECT_ON_WORKER_LOST: Final = True
CELERY_WORKER_PREFETCH_MULTIPLIER: Final = 1
CELERY_WORKER_CONCURRENCY: Final = 2
CELERY_TASK_SOFT_TIME_LIMIT: Final = 600  # seconds
CELERY_TASK_TIME_LIMIT: Final = 660
CELERY_WORKER_MAX_MEMORY_PER_CHILD: Final = 500_000  # kB; models leave much behind
CELERY_WORKER_ENABLE_REMOTE_CONTROL: Final = False  # idle workers then ask the broker less
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS: Final = False
CELERY_WORKER_HIJACK_ROOT_LOGGER: Final = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP: Final = True
CELERY_BROKER_CONNECTION_MAX_RETRIES: Final = None  # for ever: the broker comes back
CELERY_BROKER_TRANSPORT_OPTIONS: Final = {
    "visibility_timeout": 900,  # seconds; above the time limit
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
}

CELERY_BEAT_SCHEDULE: Final = {
    "sweep": {"task": "tenants.sweep", "schedule": 10.0, "options": {"expires": 10.0}},
    "forget-done-jobs": {"task": "tenants.forget_done_jobs", "schedule": 3600.0},
    "renew-forecasts": {
        "task": "forecasting.renew",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "score-forecasts": {
        "task": "forecasting.score",
        "schedule": 900.0,
        "options": {"expires": 900.0},
    },
    "forget-files": {"task": "integrations.forget_files", "schedule": 3600.0},
    "forget-beliefs": {"task": "assets.forget_beliefs", "schedule": 86_400.0},
    "thin-forecasts": {"task": "assets.thin_forecasts", "schedule": 86_400.0},
    "forget-requests": {"task": "tenants.forget_requests", "schedule": 86_400.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(env.run_dir() / "beat-schedule")

#: A worker that gives no sign for so long is believed dead, and its job is taken back.
JOB_LEASE_SECONDS: Final = 30.0
JOB_HEARTBEAT_SECONDS: Final = 10.0
JOB_MAX_ATTEMPTS: Final = 3
#: Pause after the first failure; three times as long after the next.
JOB_BACK_OFF_SECONDS: Final = 5.0
