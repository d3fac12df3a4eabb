"""How what goes out beside the inboxes leaves: by mail, to a webhook, or to Alertmanager."""

from hub.courier.courier import Courier, Webhook
from hub.courier.mail import Post

__all__ = ["Courier", "Post", "Webhook"]
