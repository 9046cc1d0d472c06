"""Conversations of leaders by telephone or video: held, planned, sought or denied."""
