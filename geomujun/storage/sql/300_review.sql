-- The decision that counts for each pair: the one nobody replaced.
CREATE VIEW service.live_decisions AS
SELECT d.*
FROM review.decisions AS d
WHERE NOT EXISTS (SELECT FROM review.decisions AS n WHERE n.replaces = d.id);

-- The review queue of an edition with who holds each item and what was decided since.
CREATE VIEW service.queue AS
SELECT q.*, c.reviewer AS claimed_by, c.expires_at AS claimed_until,
       d.id AS decision_id, d.verdict AS decided, d.reviewer AS decided_by,
       p.id AS proposal_id, p.reviewer AS proposed_by
FROM pub.review_queue AS q
LEFT JOIN review.claims AS c
  ON c.parcel_code = q.parcel_code AND c.uscc = q.uscc AND c.expires_at > now()
LEFT JOIN service.live_decisions AS d ON d.parcel_code = q.parcel_code AND d.uscc = q.uscc
LEFT JOIN review.proposals AS p
  ON p.parcel_code = q.parcel_code AND p.uscc = q.uscc AND p.state = 'waiting';
