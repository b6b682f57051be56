import time, resource, pytest, datetime as dt, numpy as np
from django.db import connection
from todoke.faces.demonstration.population import load_population
from todoke.kernel.rules import compile_rule
from todoke.kernel.rules.columns import evaluate_columns
from todoke.registry.people import access
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.keys import RULE_NAMES
from todoke.registry.people.models import *
from todoke.registry.people.population import *
from todoke.registry.people.types import Reader
READER = Reader("system", "しくみ", "対象になる人を数える")
@pytest.mark.django_db(transaction=True)
def test_perf(settings, tmp_path):
    settings.DEMONSTRATION=True; settings.STATE=tmp_path
    t=time.time(); load_population(residents=2_300_000); print("LOAD",time.time()-t,flush=True)
    def go(name,f):
        t=time.time();c=time.process_time(); r=f(); print(name,round(time.time()-t,2),"cpu",round(time.process_time()-c,2),"MB",resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024,flush=True); return r
    p=go("REBUILD",lambda: rebuild(reader=READER))
    go("REBUILD",lambda: rebuild(reader=READER))
    go("REFRESH nothing",lambda: refresh(reader=READER))
    one=p.ids(np.array([5,77]))
    learn_facts(resident=Resident.objects.get(pk=one[0]),said={"income.assessed":5})
    go("REFRESH one fact",lambda: refresh(reader=READER))
    Resident.objects.filter(pk=one[1]).update(birth_date=dt.date(2000,1,1))
    go("REFRESH one birth date",lambda: refresh(reader=READER))
    t=time.time()
    with access.batch(reader=READER,keys=[]), connection.cursor() as c:
        for key,v in (("income.assessed","'3200000'::jsonb"),("work.public_servant","'true'::jsonb"),("work.employer","to_jsonb('見本商店'||(random()*20000)::int)")):
            c.execute(f"INSERT INTO people_fact (resident_id,key,value,source,source_detail,learnt_at) SELECT id,'{key}',{v},'self','',now() FROM people_resident WHERE random()<0.33")
            print(c.rowcount)
    print("INSERT",time.time()-t,flush=True)
    go("REFRESH many->rebuild",lambda: refresh(reader=READER))
    go("REBUILD 2.3M facts",lambda: rebuild(reader=READER))
    go("REFRESH nothing",lambda: refresh(reader=READER))
    learn_facts(resident=Resident.objects.get(pk=one[0]),said={"income.assessed":6})
    p=go("REFRESH one fact",lambda: refresh(reader=READER))
    for text in ('age_on(facts.birth_date, today()) >= 65 && facts.address.municipality in ["04202","04207"] && facts.household.children.exists(c, age_on(c.birth_date, today()) < 18)',
      "facts.household.children.map(c, fiscal_year_end_of_age(c.birth_date, 18) < today() ? 0 : size(facts.household.children.filter(s, s.birth_date < c.birth_date && age_on(s.birth_date, today()) <= 21)) >= 2 ? 30000 : age_on(c.birth_date, today()) < 3 ? 15000 : 10000).sum()",
      "facts.work.employer.startsWith('見本') && facts.income.assessed / 12 > 200000"):
      r=compile_rule(text,RULE_NAMES)
      for _ in range(3): v=go("RULE",lambda: evaluate_columns(r.tree,p.frame,dt.date(2026,11,24)))
