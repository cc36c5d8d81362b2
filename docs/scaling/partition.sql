-- Partitions archive_child by run on PostgreSQL 15 or newer, without copying a row.
--
-- Stop workers and scheduler, take a backup, then: psql -v ON_ERROR_STOP=1 -f partition.sql
-- What is there becomes the first partition (runs below 1,000,000); 1,000 runs go into each of the
-- next ones. Edit the bounds to taste: about 10^7 children a partition keep its indexes in memory.
-- Nothing in the program changes; only PostgreSQL sees that the table has parts.

BEGIN;

-- Foreign keys that name a child by its id alone: a partitioned table is unique by (run_id, id).
DO $$
DECLARE key record;
BEGIN
    FOR key IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
               WHERE confrelid = 'archive_child'::regclass AND contype = 'f' LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.owner, key.conname);
    END LOOP;
END $$;

ALTER TABLE archive_child RENAME TO archive_child_first;
ALTER TABLE archive_child_first ADD CONSTRAINT first_runs CHECK (run_id < 1000000);
CREATE UNIQUE INDEX archive_child_first_id ON archive_child_first (run_id, id);

CREATE TABLE archive_child (LIKE archive_child_first INCLUDING DEFAULTS INCLUDING STORAGE)
    PARTITION BY RANGE (run_id);
CREATE SEQUENCE archive_child_number OWNED BY archive_child.id;
ALTER TABLE archive_child ALTER id SET DEFAULT nextval('archive_child_number');
SELECT setval('archive_child_number', (SELECT coalesce(max(id), 0) + 1 FROM archive_child_first));

CREATE UNIQUE INDEX archive_child_of_run ON archive_child (run_id, id);
CREATE UNIQUE INDEX archive_child_seq ON archive_child (run_id, seq);
CREATE UNIQUE INDEX archive_child_slot ON archive_child (run_id, job_id, slot);
CREATE INDEX archive_child_id ON archive_child (id);
CREATE INDEX archive_child_placement ON archive_child (run_id, placement, seq);
CREATE INDEX archive_child_program ON archive_child (run_id, program_id);
CREATE INDEX archive_child_cell ON archive_child (run_id, cell, seq);
CREATE INDEX archive_child_body ON archive_child (run_id, body_hash);
CREATE INDEX archive_child_model ON archive_child (model_version_id);

ALTER TABLE archive_child ATTACH PARTITION archive_child_first
    FOR VALUES FROM (MINVALUE) TO (1000000);
CREATE TABLE archive_child_1000000 PARTITION OF archive_child
    FOR VALUES FROM (1000000) TO (1001000);

ALTER TABLE archive_child
    ADD FOREIGN KEY (run_id) REFERENCES archive_run DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (job_id) REFERENCES archive_job DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (program_id) REFERENCES archive_program DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (model_version_id) REFERENCES archive_modelversion DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE archive_cell ADD FOREIGN KEY (run_id, elite_id)
    REFERENCES archive_child (run_id, id) DEFERRABLE INITIALLY DEFERRED;

COMMIT;
