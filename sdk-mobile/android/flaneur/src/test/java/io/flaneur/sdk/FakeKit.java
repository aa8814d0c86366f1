package io.flaneur.sdk;

import io.flaneur.offerkit.Choices;
import io.flaneur.offerkit.Config;
import io.flaneur.offerkit.Consents;
import io.flaneur.offerkit.Control;
import io.flaneur.offerkit.ControlList;
import io.flaneur.offerkit.DeviceState;
import io.flaneur.offerkit.Fix;
import io.flaneur.offerkit.Kit;
import io.flaneur.offerkit.Listener;
import io.flaneur.offerkit.LocationPlan;
import io.flaneur.offerkit.Offer;
import io.flaneur.offerkit.OfferList;
import io.flaneur.offerkit.Offerkit;
import io.flaneur.offerkit.Reach;
import io.flaneur.offerkit.ReachList;
import io.flaneur.offerkit.Reason;
import io.flaneur.offerkit.ReasonList;
import io.flaneur.offerkit.Store;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A core that does what it is told, notes what it is asked, and keeps its memory in the host's store like the real one. */
class FakeKit extends Kit {
    final Config config;
    final Store store;
    final Listener listener;
    final List<Fix> fixes = new CopyOnWriteArrayList<>();
    final List<Fix> sent = new CopyOnWriteArrayList<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<DeviceState> devices = new CopyOnWriteArrayList<>();
    final Set<String> consents = new HashSet<>();
    String moodSources = "";
    LocationPlan plan = plan(Offerkit.PriorityBalanced, 60, 0);
    boolean running;
    boolean online = true;
    Offer push;

    FakeKit(Config config, Store store, Listener listener) throws Exception {
        super(config, store, listener, null);
        this.config = config;
        this.store = store;
        this.listener = listener;
        byte[] memory = store.load("memory");
        if (memory != null && memory.length > 0) {
            for (String part : new String(memory, StandardCharsets.UTF_8).split(",")) {
                if (part.equals("running")) {
                    running = true;
                } else {
                    consents.add(part);
                }
            }
        }
    }

    private void remember() throws Exception {
        List<String> all = new ArrayList<>(consents);
        if (running) {
            all.add("running");
        }
        store.save("memory", String.join(",", all).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void optIn(Choices choices, int seconds) throws Exception {
        if (!online) {
            throw new Exception("unavailable: The server did not answer in time; whether it took the request is unknown.");
        }
        if (choices.getLocation()) {
            consents.add("location");
        }
        if (choices.getPush()) {
            consents.add("push");
        }
        moodSources = choices.getMoodSources() == null ? "" : choices.getMoodSources();
        remember();
    }

    @Override
    public void start() throws Exception {
        running = true;
        remember();
        listener.onState("online");
        listener.onPlan(plan());
    }

    @Override
    public void stop() {
        running = false;
        listener.onState("off");
        listener.onPlan(plan());
    }

    @Override
    public boolean running() {
        return running;
    }

    @Override
    public boolean hasConsent(String purpose) {
        return consents.contains(purpose);
    }

    @Override
    public Consents consents() {
        Consents c = new Consents();
        c.setLocation(consents.contains("location"));
        c.setPush(consents.contains("push"));
        c.setMoodSources(moodSources);
        return c;
    }

    @Override
    public void withdraw(String purpose) throws Exception {
        calls.add("withdraw " + purpose);
        consents.remove(purpose);
        fixes.clear();
        remember();
        listener.onPlan(plan());
    }

    @Override
    public LocationPlan plan() {
        return running && consents.contains("location") ? plan : plan(Offerkit.PriorityNone, 0, 0);
    }

    @Override
    public void track(Fix fix) throws Exception {
        if (!consents.contains("location")) {
            throw new Exception("consent_required: location: The person has not allowed this.");
        }
        (online ? sent : fixes).add(fix);
    }

    @Override
    public void networkChanged(boolean available) {
        calls.add("network " + available);
        online = available;
        if (available) {
            sent.addAll(fixes);
            fixes.clear();
        }
    }

    @Override
    public void setDevice(DeviceState state) {
        devices.add(state);
    }

    DeviceState device() {
        return devices.isEmpty() ? null : devices.get(devices.size() - 1);
    }

    @Override
    public void fenceExited() {
        calls.add("fence");
    }

    @Override
    public void reachEntered(String offerID) {
        calls.add("reach " + offerID);
    }

    @Override
    public void feedback(String id, String action) {
        calls.add(action + " " + id);
    }

    @Override
    public void pause(int minutes, int seconds) {
        calls.add("pause " + minutes);
    }

    @Override
    public Offer handlePush(byte[] payload) {
        calls.add("push " + new String(payload, StandardCharsets.UTF_8));
        Offer offer = push;
        push = null; // a repeat is no news
        return offer;
    }

    @Override
    public void flush(int seconds) {
        calls.add("flush");
    }

    @Override
    public void setPushToken(String channel, String token) {
        calls.add("token " + channel + " " + token);
    }

    @Override
    public void heartRate(byte[] payload, long unixMillis) {
        calls.add("heart " + payload.length);
    }

    @Override
    public void eraseMe(int seconds) throws Exception {
        consents.clear();
        running = false;
        store.remove("memory");
        listener.onState("erased");
    }

    @Override
    public OfferList refresh(int seconds) {
        Offer one = offer("off_1");
        return new OfferList() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public Offer at(int i) {
                return i == 0 ? one : null;
            }
        };
    }

    static LocationPlan plan(int priority, int interval, double fence, Reach... reaches) {
        LocationPlan p = new LocationPlan() {
            @Override
            public ReachList reaches() {
                return new ReachList() {
                    @Override
                    public int size() {
                        return reaches.length;
                    }

                    @Override
                    public Reach at(int i) {
                        return reaches[i];
                    }
                };
            }
        };
        p.setPriority(priority);
        p.setIntervalSeconds(interval);
        p.setFastestSeconds(interval / 2);
        p.setFenceLat(52.52);
        p.setFenceLon(13.4);
        p.setFenceM(fence);
        return p;
    }

    static Reach reach(String offer, double lat, double lon, double metres) {
        Reach r = new Reach();
        r.setOfferID(offer);
        r.setLat(lat);
        r.setLon(lon);
        r.setRadiusM(metres);
        return r;
    }

    static Offer offer(String id) {
        Offer offer = new Offer() {
            @Override
            public ReasonList reasons() {
                String[] texts = {"Es ist Mittagszeit", "Es ist 80 m entfernt"};
                return new ReasonList() {
                    @Override
                    public int size() {
                        return texts.length;
                    }

                    @Override
                    public Reason at(int i) {
                        Reason r = new Reason();
                        r.setText(texts[i]);
                        return r;
                    }
                };
            }

            @Override
            public ControlList controls() {
                String[][] all = {{"not_now", "Jetzt nicht"}, {"less_like_this", "Weniger davon"}, {"never_merchant", "Nie von hier"}, {"pause", "Pause"}};
                return new ControlList() {
                    @Override
                    public int size() {
                        return all.length;
                    }

                    @Override
                    public Control at(int i) {
                        Control c = new Control();
                        c.setAction(all[i][0]);
                        c.setText(all[i][1]);
                        return c;
                    }
                };
            }
        };
        offer.setID(id);
        offer.setDelivery("dlv_" + id);
        offer.setTitle("Mittagsmenü");
        offer.setText("Suppe und Hauptgang");
        offer.setPlaceName("Bistro Eins");
        return offer;
    }
}
