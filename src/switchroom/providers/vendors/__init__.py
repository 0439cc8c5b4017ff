"""Hosted recognisers and voices, through the plugins of LiveKit Agents: any of its sixty vendors by one adapter."""
