package io.flaneur.sample;

import android.annotation.TargetApi;
import android.app.Activity;
import android.os.Build;
import android.text.method.ScrollingMovementMethod;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.Switch;
import android.widget.TextView;
import android.widget.Toast;
import io.flaneur.sdk.Failure;

/** A column of widgets, without layout files. */
final class Page {
    private final Activity activity;
    private final LinearLayout column;

    Page(Activity activity) {
        this.activity = activity;
        column = column();
        int edge = Math.round(16 * activity.getResources().getDisplayMetrics().density);
        column.setPadding(edge, edge, edge, edge);
        ScrollView scroll = new ScrollView(activity);
        scroll.addView(column);
        scroll.setFitsSystemWindows(true); // Android 15 draws behind the bars
        activity.setContentView(scroll);
    }

    private LinearLayout column() {
        LinearLayout l = new LinearLayout(activity);
        l.setOrientation(LinearLayout.VERTICAL);
        return l;
    }

    LinearLayout group() {
        return add(column());
    }

    TextView heading(String text) {
        TextView t = text(text);
        t.setTextSize(20);
        if (Build.VERSION.SDK_INT >= 28) {
            markHeading(t);
        }
        t.setPadding(0, 32, 0, 8);
        return t;
    }

    @TargetApi(28)
    private static void markHeading(TextView t) {
        t.setAccessibilityHeading(true); // a screen reader jumps from one to the next
    }

    TextView text(String text) {
        TextView t = new TextView(activity);
        t.setTextAppearance(android.R.style.TextAppearance_Material_Body1);
        t.setText(text);
        t.setTextSize(16);
        t.setTextIsSelectable(true);
        t.setMovementMethod(new ScrollingMovementMethod());
        return add(t);
    }

    Switch choice(String text) {
        Switch s = new Switch(activity);
        s.setText(text);
        s.setTextSize(16);
        s.setMinHeight(Math.round(48 * activity.getResources().getDisplayMetrics().density));
        return add(s);
    }

    Button button(String text, Runnable action) {
        return button(column, text, action);
    }

    Button button(ViewGroup in, String text, Runnable action) {
        Button b = new Button(activity);
        b.setText(text);
        b.setAllCaps(false);
        b.setOnClickListener(v -> action.run());
        in.addView(b, in instanceof LinearLayout && ((LinearLayout) in).getOrientation() == LinearLayout.HORIZONTAL
                ? new LinearLayout.LayoutParams(0, LinearLayout.LayoutParams.WRAP_CONTENT, 1) // side by side they share the width
                : new LinearLayout.LayoutParams(LinearLayout.LayoutParams.MATCH_PARENT, LinearLayout.LayoutParams.WRAP_CONTENT));
        return b;
    }

    <V extends View> V add(V view) {
        column.addView(view);
        return view;
    }

    /** Tells the person what failed; true if something did. */
    boolean failed(Failure failure) {
        if (failure != null && !activity.isDestroyed()) {
            Toast.makeText(activity, failure.sentence, Toast.LENGTH_LONG).show();
        }
        return failure != null || activity.isDestroyed();
    }
}
