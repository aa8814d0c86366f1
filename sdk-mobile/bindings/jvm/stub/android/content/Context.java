package android.content;

/** What the generated Seq.java names of Android. */
public class Context {
	public Context getApplicationContext() {
		return this;
	}
}
