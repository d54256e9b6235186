DROP TABLE invalidations;
DROP TABLE invalidation_counter;
