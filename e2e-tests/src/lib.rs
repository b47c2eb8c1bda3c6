//! Journeys of real users against a real node and real services
