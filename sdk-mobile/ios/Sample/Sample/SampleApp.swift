import Flaneur
import SwiftUI
import UserNotifications

/// The system starts the app for a fence or a push, too: the SDK is opened here, before any screen.
final class AppDelegate: NSObject, UIApplicationDelegate, UNUserNotificationCenterDelegate {
    func application(_ application: UIApplication, didFinishLaunchingWithOptions options: [UIApplication.LaunchOptionsKey: Any]?) -> Bool {
        UNUserNotificationCenter.current().delegate = self
        do {
            try Flaneur.start(Options(server: URL(string: "https://flaneur.example")!, publishableKey: "fl_test_pk_0123456789"))
        } catch {
            assertionFailure("\(error)")
        }
        return true
    }

    func application(_ application: UIApplication, didReceiveRemoteNotification message: [AnyHashable: Any]) async -> UIBackgroundFetchResult {
        await Flaneur.shared?.handlePush(message) ?? .noData
    }

    func userNotificationCenter(_ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse) async {
        await Flaneur.shared?.handle(response)
    }
}

@main
struct SampleApp: App {
    @UIApplicationDelegateAdaptor(AppDelegate.self) private var delegate
    @StateObject private var model = Model()

    var body: some Scene {
        WindowGroup {
            if model.optedIn { HomeView().environmentObject(model) } else { OptInView().environmentObject(model) }
        }
    }
}
