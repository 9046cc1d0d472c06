"""The log on Kafka. This folder is the one door to kafka-python; the rest sees the ports."""

from monitor.storage.kafka.access import KafkaAccess
from monitor.storage.kafka.connection import KafkaConnection
from monitor.storage.kafka.groups import group_members
from monitor.storage.kafka.log import KafkaLog
from monitor.storage.kafka.topics import TopicPlan, TopicReport, check_topics, create_topics, topic_plans

__all__ = [
    "KafkaAccess",
    "KafkaConnection",
    "KafkaLog",
    "TopicPlan",
    "TopicReport",
    "check_topics",
    "create_topics",
    "group_members",
    "topic_plans",
]
