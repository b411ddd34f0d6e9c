//! Garments as vector drawings: a seed gives a picture and what is true of it.
