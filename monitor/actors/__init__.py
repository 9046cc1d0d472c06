"""Who is who: people, states and organisations by their names; the shipped catalogue."""
