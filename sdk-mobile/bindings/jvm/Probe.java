import io.flaneur.offerkit.*;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Uses the generated binding as an Android app would, against a real server. Arguments: URL, publishable key, folder. The key of the merchant's till is FLANEUR_KEY. */
public final class Probe {
	static final long NOON = 1780315200000L; // 2026-06-01 12:00 UTC

	/** What an app implements; each part can be told to throw. */
	static final class App implements Listener, Store, Clock {
		final BlockingQueue<Offer> offers = new LinkedBlockingQueue<>();
		final BlockingQueue<String> states = new LinkedBlockingQueue<>();
		final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
		final Map<String, byte[]> kept = new HashMap<>();
		volatile boolean listenerThrows, storeThrows, clockThrows;
		volatile long now = NOON;

		private void mayThrow() {
			if (listenerThrows) {
				throw new IllegalStateException("the app's listener is broken");
			}
		}

		@Override public void onOffer(Offer offer) { offers.add(offer); mayThrow(); }
		@Override public void onWithdrawn(String offerID, String reason) { mayThrow(); }
		@Override public void onState(String state) { states.add(state); mayThrow(); }
		@Override public void onPlan(LocationPlan plan) { plan.reaches().size(); mayThrow(); }
		@Override public void onReach(String offerID, String event) { mayThrow(); }
		@Override public void onFailure(String code, String field, String message) { failures.add(code); mayThrow(); }

		@Override public synchronized byte[] load(String key) throws Exception { fail(); return kept.get(key); }
		@Override public synchronized void save(String key, byte[] value) throws Exception { fail(); kept.put(key, value.clone()); }
		@Override public synchronized void remove(String key) throws Exception { fail(); kept.remove(key); }

		private void fail() throws Exception {
			if (storeThrows) {
				throw new Exception("keystore locked");
			}
		}

		@Override public long unixMillis() {
			if (clockThrows) {
				throw new IllegalStateException("the app's clock is broken");
			}
			return now;
		}
	}

	interface Call { void run() throws Exception; }

	static int failed;

	static void check(boolean ok, String what) {
		System.out.println((ok ? "ok jvm: " : "FAILED jvm: ") + what);
		if (!ok) {
			failed++;
		}
	}

	/** Checks that a call ends with an exception of this code that names the field. */
	static void refused(String what, String code, String field, Call call) {
		try {
			call.run();
			check(false, what + ": nothing was thrown");
		} catch (Exception e) {
			String message = String.valueOf(e.getMessage());
			check(Offerkit.errorCode(message).equals(code) && message.contains(field), what + " is refused: " + message);
		}
	}

	static void await(BlockingQueue<String> queue, String wanted, String what) throws InterruptedException {
		long late = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
		for (;;) {
			String got = queue.poll(late - System.nanoTime(), TimeUnit.NANOSECONDS);
			if (got == null || got.equals(wanted)) {
				check(got != null, what);
				return;
			}
		}
	}

	public static void main(String[] args) throws Exception {
		App app = new App();
		Config config = Offerkit.newConfig();
		config.setServerURL(args[0]);
		config.setPublishableKey(args[1]);
		config.setDataDir(args[2]);
		config.setSimulated(true);
		Kit kit = Offerkit.newKit(config, app, app, app);

		nulls(kit, config, app);
		refused("a position before the opt-in", "unauthorized", "", () -> kit.track(Offerkit.newFix(47.9959, 7.8522, 8, NOON)));
		Choices choices = Offerkit.newChoices();
		refused("an opt-in to nothing", "invalid_field", "choices", () -> kit.optIn(choices, 60));
		choices.setLocation(true);
		choices.setPush(true);
		choices.setPolicy("2026-06");
		choices.setInterests("restaurant.italian");
		kit.optIn(choices, 60);
		check(kit.optedIn() && kit.hasConsent(Offerkit.PurposeLocation) && !kit.consents().getMood(), "opt-in");
		kit.start();
		await(app.states, Offerkit.StateOnline, "the socket is open");

		Offer offer = day(kit, app, URI.create(args[0]));
		throwing(kit, app);
		collected(kit, app, offer);

		kit.eraseMe(60);
		await(app.states, Offerkit.StateErased, "erased");
		refused("the data of nobody", "unauthorized", "", () -> kit.myData(60));
		check(!kit.optedIn() && kit.offers().size() == 0 && kit.stats().getBuffered() == 0, "nothing is left on the device");
		kit.shutdown();
		refused("a call after the end", "shutting_down", "", kit::start);
		System.out.println(failed == 0 ? "ok jvm: all" : "FAILED jvm: " + failed);
		System.exit(failed == 0 ? 0 : 1); // threads of Go keep the JVM alive
	}

	/** A person's day: a position, an offer, why, an answer, a redemption. */
	static Offer day(Kit kit, App app, URI server) throws Exception {
		kit.track(Offerkit.newFix(47.9959, 7.8522, 8, NOON));
		Offer offer = app.offers.poll(60, TimeUnit.SECONDS);
		check(offer != null && offer.getTitle().equals("Pasta of the day") && offer.reasons().size() > 0, "an offer was pushed, with reasons");
		check(offer.reasons().at(0).getText().length() > 0 && offer.reasons().at(99) == null, "the first reason: " + offer.reasons().at(0).getText());
		kit.flush(60);
		check(kit.stats().getAccepted() == 1 && kit.stats().getOffers() == 1, "the position was taken");
		check(kit.why(offer.getDelivery(), 60).contains("\"reasons\""), "why");
		kit.feedback(offer.getDelivery(), "opened");
		kit.flush(60);
		check(kit.refresh(60).size() == 1, "offers near by");
		Redemption r = kit.reserve(offer.getID(), 60);
		byte[] qr = r.qr();
		check(r.getStatus().equals("reserved") && qr.length > 100 && qr[1] == 'P' && qr[2] == 'N' && qr[3] == 'G', "a reservation with a QR code of " + qr.length + " bytes");
		kit.giveBack(r.getID(), 60);
		check(kit.redemptions(60).contains(r.getID()) && !kit.redemptions(60).contains("\"reserved\""), "given back");
		check(till(server, kit.reserve(offer.getID(), 60).getCode()) == 201 && kit.redemptions(60).contains("\"redeemed\""), "redeemed at the till");
		refused("an offer that does not exist", "not_found", "", () -> kit.reserve("off_0123456789abcdefghjkmnpqrs", 60));
		kit.changePreferences("{\"push\":{\"mode\":\"ask_first\"}}", 60);
		check(kit.preferences(60).contains("ask_first"), "preferences");
		check(kit.myData(60).contains("opened"), "my data");
		return offer;
	}

	/** The merchant's till uses a code: the status that the server answers. */
	static int till(URI server, String code) throws Exception {
		String checkout = "{\"codes\": [\"" + code + "\"], \"amount\": 42.5, \"currency\": \"EUR\", \"at\": \"" + Instant.ofEpochMilli(NOON) + "\"}";
		return HttpClient.newHttpClient().send(HttpRequest.newBuilder(server.resolve("/v1/till/redemptions"))
			.header("Authorization", "Bearer " + System.getenv("FLANEUR_KEY")).header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(checkout)).build(), HttpResponse.BodyHandlers.ofString()).statusCode();
	}

	/** Null for every parameter that can be null. */
	static void nulls(Kit kit, Config config, App app) {
		refused("no config", "invalid_field", "config", () -> Offerkit.newKit(null, app, app, null));
		refused("no store", "invalid_field", "store", () -> Offerkit.newKit(config, null, app, null));
		refused("no listener", "invalid_field", "listener", () -> Offerkit.newKit(config, app, null, null));
		refused("null choices", "invalid_field", "choices", () -> kit.optIn(null, 1));
		refused("a null fix", "invalid_field", "fix", () -> kit.track(null));
		refused("a null purchase", "invalid_field", "purchase", () -> kit.purchase(null));
		refused("null samples", "unauthorized", "", () -> kit.samples("bvp", 64, null, NOON));
		refused("a null face", "invalid_field", "blendshapes", () -> kit.face(null, NOON));
		refused("a null heart rate", "invalid_field", "payload", () -> kit.heartRate(null, NOON));
		refused("a null push", "invalid_field", "payload", () -> kit.handlePush(null));
		refused("a null text", "invalid_field", "purpose", () -> kit.withdraw(null));
		refused("a null label", "invalid_field", "label", () -> kit.reportMoodLabel(null));
		kit.setDevice(null);
		check(kit.plan() != null && !kit.mood().getKnown(), "null for a device state is passed over");
	}

	/** What the app implements may throw: the kit and the JVM go on. */
	static void throwing(Kit kit, App app) throws Exception {
		app.storeThrows = true;
		refused("a store that throws", "internal", "keystore locked", () -> kit.feedback("off_1", "opened"));
		app.storeThrows = false;
		app.clockThrows = true;
		try {
			kit.feedback("off_0123456789abcdefghjkmnpqrs", "opened");
			check(true, "a clock that throws is passed over");
		} catch (Exception | Error e) {
			check(e.getMessage().contains("clock is broken"), "a clock that throws: " + e.getMessage());
		}
		app.clockThrows = false;
		app.listenerThrows = true;
		app.states.clear();
		kit.stop();
		await(app.states, Offerkit.StateOff, "a listener that throws hears the first");
		kit.start();
		await(app.states, Offerkit.StateOnline, "and the next");
		app.listenerThrows = false;
	}

	/** 100,000 objects across the border, on four threads, while the collector runs. */
	static void collected(Kit kit, App app, Offer offer) throws Exception {
		AtomicInteger wrong = new AtomicInteger();
		Thread[] threads = new Thread[4];
		for (int t = 0; t < threads.length; t++) {
			threads[t] = new Thread(() -> {
				for (int i = 0; i < 25_000; i++) {
					Fix fix = Offerkit.newFix(47.9 + i * 1e-6, 7.85, 8, NOON + i);
					fix.setCourseDeg(i % 360);
					Reason reason = offer.reasons().at(0);
					if (fix.getUnixMillis() != NOON + i || reason.getText().isEmpty() || kit.plan().reaches().size() < 0) {
						wrong.incrementAndGet();
					}
					if (i % 5_000 == 0) {
						System.gc();
					}
				}
			});
			threads[t].start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		System.gc();
		check(wrong.get() == 0, "100,000 fixes, reasons and plans under the collector");
	}
}
