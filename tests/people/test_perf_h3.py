import time, resource, pytest, datetime as dt
from todoke.faces.demonstration.population import load_population
from tests.people.test_population_columns import *
@pytest.mark.django_db
def test_perf(settings, tmp_path):
    settings.DEMONSTRATION=True
    t=time.time(); load_population(residents=2_300_000); print("LOAD",time.time()-t,flush=True)
    m0=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024
    for _ in range(2):
        t=time.time();c=time.process_time(); p=rebuild(reader=READER); print("REBUILD",time.time()-t,time.process_time()-c,"MB",m0,resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024,p.frame.size,flush=True)
    t=time.time(); load(); print("LOADMAP",time.time()-t)
    R=compile_rule('age_on(facts.birth_date, today()) >= 65 && facts.address.municipality in ["04202","04207"] && facts.household.children.exists(c, age_on(c.birth_date, today()) < 18)',RULE_NAMES)
    A=compile_rule("facts.household.children.map(c, fiscal_year_end_of_age(c.birth_date, 18) < today() ? 0 : size(facts.household.children.filter(s, s.birth_date < c.birth_date && age_on(s.birth_date, today()) <= 21)) >= 2 ? 30000 : age_on(c.birth_date, today()) < 3 ? 15000 : 10000).sum()", RULE_NAMES)
    for rule in (R,A):
      for _ in range(3):
        t=time.time();c=time.process_time(); v=evaluate_columns(rule.tree,p.frame,dt.date(2026,11,24)); print("RULE",time.time()-t,time.process_time()-c,int(v.known.sum()),flush=True)
    print("DISK", sum(f.stat().st_size for f in (tmp_path/"population").rglob("*.npy"))/2e6)
    import todoke.registry.people.population.snapshot as s
    some=p.ids(np.arange(0,2_300_000,46_000))
    real=reading.changed_since
    t=time.time()
    with access.batch(reader=READER,keys=[]): n=len(real(s._read().horizon,s._read().day,s._read().day))
    print("CHANGED_SCAN",time.time()-t,n)
    reading.changed_since=lambda *a: some
    for k in range(2):
        learn_facts(resident=Resident.objects.get(pk=some[0]),said={"income.assessed":5+k})
        t=time.time(); refresh(reader=READER); print("REFRESH facts",time.time()-t,flush=True)
    Resident.objects.filter(pk=some[1]).update(birth_date=dt.date(2000,1,1))
    t=time.time(); refresh(reader=READER); print("REFRESH moved",time.time()-t,flush=True)
    reading.changed_since=real
