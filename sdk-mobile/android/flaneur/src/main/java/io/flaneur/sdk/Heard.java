package io.flaneur.sdk;

import android.util.Log;
import io.flaneur.offerkit.Listener;
import io.flaneur.offerkit.LocationPlan;
import io.flaneur.offerkit.Offer;

/** What the core says, on its threads. All of it moves to the worker at once, for an exception must not get back to Go. */
final class Heard implements Listener {
    private final Flaneur flaneur;

    Heard(Flaneur flaneur) {
        this.flaneur = flaneur;
    }

    private void soon(Flaneur.Act act) {
        try {
            flaneur.soon(act);
        } catch (Throwable t) {
            Log.e(Flaneur.TAG, "lost a call of the core", t);
        }
    }

    @Override
    public void onOffer(Offer offer) {
        soon(kit -> flaneur.show(kit, offer));
    }

    @Override
    public void onWithdrawn(String offerID, String reason) {
        soon(kit -> {
            flaneur.notifications.cancel(offerID);
            flaneur.tell(l -> l.onWithdrawn(offerID, reason));
        });
    }

    @Override
    public void onState(String state) {
        soon(kit -> {
            flaneur.settle();
            flaneur.tell(l -> l.onState(state));
        });
    }

    @Override
    public void onPlan(LocationPlan plan) {
        soon(kit -> flaneur.settle()); // obeys the newest one, which this need not be
    }

    @Override
    public void onReach(String offerID, String event) {
        soon(kit -> flaneur.tell(l -> l.onReach(offerID, event)));
    }

    @Override
    public void onFailure(String code, String field, String message) {
        soon(kit -> flaneur.report(new Failure(code == null ? "internal" : code, field == null ? "" : field, message == null ? "" : message)));
    }
}
