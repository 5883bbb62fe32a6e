"""The statements of bench_data: rows are made by PostgreSQL itself. Colon-names are parameters."""

from __future__ import annotations

BIG_TABLES = ("orders", "threads", "messages", "journal", "notices", "read_marks", "ab_user")

INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid
WHERE i.indrelid = ANY (SELECT to_regclass(name) FROM unnest(cast(:tables AS text[])) AS name)
  AND k.oid IS NULL AND NOT i.indisprimary
ORDER BY c.relname
"""

SETTINGS = """
SET LOCAL synchronous_commit = off;
SET LOCAL maintenance_work_mem = '512MB';
SET LOCAL max_parallel_maintenance_workers = 2;
SET LOCAL work_mem = '256MB';
SET LOCAL jit = off;
SELECT setseed(0.1847)
"""

# Everybody of whom orders speak, in tables with gapless numbers, so that a drawn number is a person.
PEOPLE = """
INSERT INTO companies (kind, name, description)
SELECT 'company', 'ООО «Компания ' || n || '»', '' FROM generate_series(1, cast(:companies AS int)) AS n
ON CONFLICT DO NOTHING;
INSERT INTO teams (name) SELECT 'Бригада ' || n FROM generate_series(1, cast(:teams AS int)) AS n
ON CONFLICT DO NOTHING;
CREATE TEMP TABLE bench_names ON COMMIT DROP AS
SELECT n, row ->> 0 AS first_name, row ->> 1 AS last_name
FROM jsonb_array_elements(cast(:names AS jsonb)) WITH ORDINALITY AS given (row, n);
CREATE TEMP TABLE bench_new ON COMMIT DROP AS
SELECT 'bench' || g.n || '@' || :domain AS email, b.first_name, b.last_name, g.n <= :executors AS executor, g.n
FROM generate_series(1, cast(:people AS int) + cast(:executors AS int)) AS g (n)
JOIN bench_names b ON b.n = 1 + (g.n * 7919) % (SELECT count(*) FROM bench_names);
INSERT INTO ab_user (first_name, last_name, username, email, password, active, session_key, timezone)
SELECT first_name, last_name, email, email, :password, true, md5(email), 'Asia/Yekaterinburg'
FROM bench_new ORDER BY n
ON CONFLICT DO NOTHING;
ANALYZE ab_user;
ANALYZE bench_new;
INSERT INTO ab_user_role (user_id, role_id)
SELECT u.id, r.id FROM bench_new b JOIN ab_user u ON u.username = b.email
JOIN ab_role r ON r.name = CASE WHEN b.executor THEN :executor WHEN b.n % 5 = 0 THEN :resident ELSE :employee END
ON CONFLICT DO NOTHING;
INSERT INTO memberships (company_id, user_id)
SELECT c.id, u.id FROM bench_new b JOIN ab_user u ON u.username = b.email
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM companies WHERE kind = 'company') c
  ON c.n = 1 + b.n % (SELECT count(*) FROM companies WHERE kind = 'company')
WHERE NOT b.executor
ON CONFLICT DO NOTHING;
INSERT INTO team_members (team_id, user_id)
SELECT t.id, u.id FROM bench_new b JOIN ab_user u ON u.username = b.email
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM teams) t ON t.n = 1 + b.n % (SELECT count(*) FROM teams)
WHERE b.executor
ON CONFLICT DO NOTHING;
ANALYZE memberships;
ANALYZE ab_user_role;
CREATE TEMP TABLE bench_people ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY u.id) AS n, u.id,
       m.company_id,
       to_tsvector('russian', u.first_name || ' ' || u.last_name) AS vector
FROM ab_user u
LEFT JOIN (
    SELECT DISTINCT ON (user_id) user_id, company_id FROM memberships ORDER BY user_id, id
) m ON m.user_id = u.id
WHERE NOT EXISTS (SELECT FROM ab_user_role h JOIN ab_role r ON r.id = h.role_id
                  WHERE h.user_id = u.id AND r.name NOT IN (:resident, :employee, :tenant_admin));
CREATE TEMP TABLE bench_doers ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY m.team_id, m.user_id) AS n, m.user_id AS id, m.team_id FROM team_members m;
CREATE TEMP TABLE bench_deputies ON COMMIT DROP AS
SELECT team_id, min(id) AS id FROM bench_doers GROUP BY team_id;
ANALYZE bench_people;
ANALYZE bench_doers
"""

TEXT_TABLES = """
CREATE TEMP TABLE bench_forms (
    n serial, service_id int, kind text, title text, hello text, place_id int, place_name text, answers jsonb, free int,
    vector tsvector
) ON COMMIT DROP;
CREATE TEMP TABLE bench_sentences (n serial, words text, vector tsvector) ON COMMIT DROP
"""

FORM = """
INSERT INTO bench_forms (service_id, kind, title, hello, place_id, place_name, answers, free)
VALUES (:service_id, :kind, :title, :hello, :place_id, :place_name, cast(:answers AS jsonb), :free)
"""

SENTENCE = "INSERT INTO bench_sentences (words) VALUES (:words)"

CHEW = """
UPDATE bench_sentences SET vector = to_tsvector('russian', words);
UPDATE bench_forms SET vector = to_tsvector('russian', concat_ws(' ', title, place_name, (
    SELECT string_agg(answer ->> 'text', ' ') FROM jsonb_array_elements(answers) WITH ORDINALITY AS a (answer, n)
    WHERE n - 1 IS DISTINCT FROM free)));
ANALYZE bench_sentences;
ANALYZE bench_forms
"""

FIRST = "SELECT coalesce(max(id), 100000) FROM orders"

# A chunk of orders with everything that is drawn by lot. Threads are numbered by hand, two for each order.
_DRAW = """
CREATE TEMP TABLE bench_orders ON COMMIT DROP AS
WITH sizes AS MATERIALIZED (
    SELECT (SELECT count(*) FROM bench_people) AS people, (SELECT count(*) FROM bench_doers) AS doers,
           (SELECT count(*) FROM bench_forms) AS forms, (SELECT count(*) FROM bench_sentences) AS sentences,
           (SELECT coalesce(max(id), 0) FROM threads) AS threads
), lots AS MATERIALIZED (
    SELECT i,
           -- Some order every day, most seldom.
           1 + floor(power(random(), 2) * s.people)::int AS person,
           1 + floor(random() * s.doers)::int AS doer,
           1 + floor(random() * s.forms)::int AS form,
           1 + floor(random() * s.sentences)::int AS one,
           1 + floor(random() * s.sentences)::int AS two,
           floor(random() * 1000000)::int AS thing,
           s.threads + 2 * (i - cast(:low AS int)) + 1 AS thread_id,
           -- Three years (hours have one length, months have not), a little more lately; the last minutes are still.
           cast(:now AS timestamptz) - interval '3 minutes'
             - interval '26280 hours' * power((:orders - i)::float / :orders, 1.2) AS created_at,
           random() AS fate, random() AS pace, random() AS held,
           :orders - i < greatest(50, cast(:orders AS int) / 200) AS fresh
    FROM generate_series(cast(:low AS int), cast(:high AS int)) AS i, sizes s
), fates AS MATERIALIZED (
    SELECT *, CASE
        WHEN fresh AND fate < 0.20 THEN 'new'
        WHEN fresh AND fate < 0.55 OR NOT fresh AND fate < 0.0002 THEN 'in_progress'
        WHEN fresh AND fate < 0.70 THEN 'done'
        WHEN fate < 0.90 THEN 'completed'
        ELSE 'cancelled' END AS status,
        -- How long its life was till now, or till its end.
        least(power(pace, 3) * interval '8 days', (cast(:now AS timestamptz) - created_at) * 0.9) AS life
    FROM lots
)
SELECT cast(:first AS bigint) + f.i AS id, b.kind, f.status, b.service_id, b.title, b.hello, b.place_id, b.place_name,
       p.id AS author_id, p.company_id,
       CASE WHEN f.status = 'new' AND f.held < 0.6 THEN NULL ELSE d.id END AS executor_id, d.team_id,
       CASE WHEN b.free IS NULL THEN b.answers ELSE jsonb_set(b.answers, ARRAY[b.free::text],
           b.answers -> b.free || jsonb_build_object('value', t.words, 'text', t.words)) END AS answers,
       f.thread_id, f.thread_id + 1 AS notes_id, f.created_at, f.created_at + f.life AS updated_at, f.life,
       f.i % 10 = 0 AS talked, f.status IN ('completed', 'cancelled') AS closed,
       f.i % 10 = 0 AND f.status IN ('new', 'in_progress', 'done') AND f.held < 0.3 AS waiting, f.held, t.words,
       to_tsvector('russian', concat_ws(' ', :first + f.i, CASE WHEN b.free IS NOT NULL THEN 'Инв. ' || f.thing END))
         || b.vector || p.vector
         || CASE WHEN b.free IS NULL THEN ''::tsvector ELSE one.vector || two.vector END AS search
FROM fates f
JOIN bench_people p ON p.n = f.person
JOIN bench_doers d ON d.n = f.doer
JOIN bench_forms b ON b.n = f.form
JOIN bench_sentences one ON one.n = f.one
JOIN bench_sentences two ON two.n = f.two
CROSS JOIN LATERAL (SELECT one.words || '. ' || two.words || '. Инв. № ' || f.thing AS words) t;
ANALYZE bench_orders
"""

_THREADS = """
INSERT INTO threads (id, kind, last_number, opening)
SELECT thread_id, 'order', CASE WHEN talked THEN 3 + (hello <> '')::int ELSE 0 END,
       CASE WHEN talked THEN (hello <> '')::int ELSE 0 END
FROM bench_orders
UNION ALL SELECT notes_id, 'notes', 0, 0 FROM bench_orders
ORDER BY 1
"""

# The version counts the moves, as the actions do.
_ORDERS = """
INSERT INTO orders (id, kind, status, service_id, title, place_id, place_name, author_id, company_id, executor_id,
    team_id, answers, thread_id, notes_id, created_at, updated_at, completes_at, reminded_at, waiting_since, closed_at,
    version, search)
SELECT id, kind, status, service_id, title, place_id, place_name, author_id, company_id, executor_id, team_id,
    answers, thread_id, notes_id, created_at, CASE status WHEN 'new' THEN created_at ELSE updated_at END,
    CASE WHEN status = 'done' THEN cast(:now AS timestamptz) + held * interval '70 hours' END, NULL,
    CASE WHEN waiting THEN created_at + life * 0.4 END, CASE WHEN closed THEN updated_at END,
    CASE status WHEN 'new' THEN 1 WHEN 'done' THEN 3 WHEN 'completed' THEN 4 ELSE 2 END, search
FROM bench_orders ORDER BY id
"""

# The automatic message, then resident, staff, and staff again or, where somebody waits, the resident.
_MESSAGES = """
INSERT INTO messages (thread_id, number, author_id, staff, text, client_id, created_at)
SELECT o.thread_id, m.n - (o.hello = '')::int,
       CASE m.n WHEN 1 THEN NULL WHEN 2 THEN o.author_id ELSE
           CASE WHEN o.waiting AND m.n = 4 THEN o.author_id ELSE coalesce(o.executor_id, d.id) END END,
       m.n <> 2 AND NOT (o.waiting AND m.n = 4),
       CASE WHEN m.n = 1 THEN o.hello ELSE s.words END, gen_random_uuid(), o.created_at + o.life * m.at
FROM bench_orders o
CROSS JOIN LATERAL (VALUES (1, 0.0), (2, 0.1), (3, 0.2), (4, 0.4)) AS m (n, at)
JOIN bench_sentences s ON s.n = 1 + (o.id * 31 + m.n * 17) % (SELECT count(*) FROM bench_sentences)
JOIN bench_deputies d USING (team_id)
WHERE o.talked AND (m.n > 1 OR o.hello <> '')
ORDER BY o.id, m.n
"""

_MARKS = """
INSERT INTO read_marks (thread_id, user_id, staff, delivered, read)
SELECT m.thread_id, m.author_id, m.author_id <> o.author_id, max(m.number), max(m.number)
FROM bench_orders o JOIN messages m ON m.thread_id = o.thread_id
WHERE o.talked AND m.author_id IS NOT NULL
GROUP BY m.thread_id, m.author_id, o.author_id
"""

_JOURNAL = """
INSERT INTO journal (at, kind, actor_id, subject, data)
SELECT at, kind, actor_id, 'order:' || id, data FROM (
    SELECT o.id, o.created_at + o.life * l.at AS at, l.step, l.kind,
           CASE l.who WHEN 'author' THEN o.author_id ELSE coalesce(o.executor_id, d.id) END AS actor_id,
           jsonb_build_object('title', o.title) || CASE
               WHEN l.source = '' THEN '{}'::jsonb
               ELSE jsonb_build_object('from', l.source, 'to', l.target, 'comment', '') END AS data
    FROM bench_orders o
    JOIN bench_deputies d USING (team_id)
    CROSS JOIN LATERAL (VALUES
        (0, 0.0, 'order.placed', 'author', '', '', true),
        (1, CASE o.status WHEN 'in_progress' THEN 1.0 ELSE 0.3 END, 'order.started', 'staff', 'new', 'in_progress',
            o.status IN ('in_progress', 'done', 'completed')),
        (2, CASE o.status WHEN 'done' THEN 1.0 ELSE 0.8 END, 'order.finished', 'staff', 'in_progress', 'done',
            o.status IN ('done', 'completed')),
        (3, 1.0, 'order.confirmed', 'author', 'done', 'completed', o.status = 'completed'),
        (3, 1.0, 'order.cancelled', 'author', 'new', 'cancelled', o.status = 'cancelled')
    ) AS l (step, at, kind, who, source, target, happened)
    WHERE l.happened
    UNION ALL
    SELECT o.id, m.created_at, 4, CASE WHEN m.staff THEN 'message.answered' ELSE 'message.posted' END, m.author_id,
           jsonb_build_object(
               'title', o.title, 'thread', o.thread_id, 'message', m.number, 'text', left(m.text, 140))
    FROM bench_orders o JOIN messages m ON m.thread_id = o.thread_id
    WHERE o.talked AND m.author_id IS NOT NULL
) AS lines
ORDER BY id, at, step -- a life may be too short to tell its moments apart
"""

# The lately told: the orderer of each step, and one who appoints executors of each new order.
_NOTICES = """
INSERT INTO notices (entry_id, user_id, channel, kind, subject, urgent, created_at, read_at)
SELECT j.id, o.author_id, 'inbox', j.kind || '#0', j.subject, false, j.at,
       CASE WHEN o.held < 0.9 THEN j.at + interval '1 hour' END
FROM bench_orders o JOIN journal j ON j.subject = 'order:' || o.id
WHERE o.id > :first + :orders * 0.9 AND j.kind IN ('order.started', 'order.finished', 'message.answered')
UNION ALL
SELECT j.id, u.user_id, 'inbox', j.kind || '#0', j.subject, false, j.at,
       CASE WHEN o.held < 0.98 THEN j.at + interval '1 hour' END
FROM bench_orders o JOIN journal j ON j.subject = 'order:' || o.id
JOIN ab_user_role u ON u.role_id = (SELECT id FROM ab_role WHERE name = 'Dispatcher')
WHERE o.id > :first + :orders * 0.9 AND j.kind IN ('order.placed', 'message.posted')
ORDER BY 1
"""

CHUNK = (_DRAW, _THREADS, _ORDERS, _MESSAGES, _MARKS, _JOURNAL, _NOTICES, "DROP TABLE bench_orders")

SEQUENCES = """
SELECT setval(pg_get_serial_sequence('orders', 'id'), (SELECT max(id) FROM orders));
SELECT setval(pg_get_serial_sequence('threads', 'id'), (SELECT max(id) FROM threads))
"""
